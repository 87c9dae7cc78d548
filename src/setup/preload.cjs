// Loaded before everything else: node --require src/setup/preload.cjs
const { existsSync } = require("node:fs");
void existsSync;
