/**
 * A still picture beside each interactive figure of a notebook, for viewers without Plotly: web pages that show repositories,
 * mail, previews. A browser draws it, by the same Plotly that draws the figure.
 */
import type { Browser } from "playwright-core";
import UPNG from "upng-js";
import { openBrowser } from "./browser.js";
import { plotlyType } from "./figure.js";
import type { Notebook, Output } from "./ipynb.js";
import { plotlyFor } from "./plotly.js";

/** CSS pixels; a figure's own height is kept. */
const width = 760;
/** Enough for curves and their smooth edges, at a third of the size. */
const colours = 256;

/** What Plotly is asked in the page. */
interface Page {
  Plotly: { toImage(figure: unknown, options: object): Promise<string> };
}

/** Gives every figure of a notebook its picture, as `image/png`. @returns how many */
export async function addPictures(notebook: Notebook): Promise<number> {
  const figures = notebook.cells
    .flatMap(({ outputs = [] }) => outputs)
    .filter(({ data }) => data && plotlyType in data);
  if (figures.length === 0) return 0;
  const browser = await openBrowser();
  try {
    await draw(browser, figures);
  } finally {
    await browser.close();
  }
  return figures.length;
}

async function draw(browser: Browser, outputs: readonly Output[]): Promise<void> {
  const page = await browser.newPage({ offline: true, viewport: { width, height: 600 } });
  await page.addScriptTag({ path: plotlyFor(outputs.map(({ data }) => data?.[plotlyType])) });
  for (const { data = {} } of outputs) {
    const { layout, ...figure } = data[plotlyType] as { layout: { height?: number } };
    const options = { format: "png", width, height: layout.height ?? 440, scale: 1 };
    const url = await page.evaluate(([whole, how]) => (globalThis as unknown as Page).Plotly.toImage(whole, how), [
      { ...figure, layout: { ...layout, autosize: false, width } },
      options,
    ] as const);
    data["image/png"] = inFewColours(Buffer.from(url.slice(url.indexOf(",") + 1), "base64")).toString("base64");
  }
}

function inFewColours(png: Buffer): Buffer {
  const picture = UPNG.decode(Uint8Array.from(png).buffer);
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(picture), picture.width, picture.height, colours));
}
