// `npm run notebooks [-- NAME …]`: set-up, then the notebook files (all, if none is named) executed anew and put in place with
// their outputs, as they are committed.

import { hand } from "./command.js";
import { at } from "./paths.js";
import { setUp } from "./setup.js";

await setUp();
process.exitCode = await hand(process.execPath, [
  at("dist", "src", "notebook", "refresh.js"),
  ...process.argv.slice(2),
]);
