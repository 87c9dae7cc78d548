// `npm run lab [-- options of JupyterLab]`: set-up, then JupyterLab on notebooks/, with their index open, until Ctrl-C.

import { hand } from "./command.js";
import { at, venvPython } from "./paths.js";
import { setUp } from "./setup.js";

await setUp();
const options = [
  `--ServerApp.root_dir=${at("notebooks")}`,
  "--LabApp.default_url=/lab/tree/index.ipynb",
  // Ctrl-C ends it without asking back.
  "--ServerApp.answer_yes=True",
  // Offers of newer versions are of no use where versions are pinned.
  "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
  "--LabApp.news_url=None",
];
// In a container one is root, and Jupyter asks for a word that one means it.
if (process.getuid?.() === 0) options.push("--allow-root");
// JupyterLab refuses an option that comes twice: the user's goes before ours.
const given = process.argv.slice(2);
const ours = options.filter((option) => !given.some((other) => other.split("=")[0] === option.split("=")[0]));
const code = await hand(venvPython, ["-m", "jupyterlab", ...ours, ...given]);
process.exitCode = code === 130 ? 0 : code;
