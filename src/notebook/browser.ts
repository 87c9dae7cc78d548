/** Chromium, for pictures of figures and for tests that look at pages: Debian's, or the one that $CHROMIUM names. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why there is no browser; undefined if there is one. */
export const noBrowser = existsSync(executablePath)
  ? undefined
  : `No browser at ${executablePath}: install chromium, or say in $CHROMIUM where one is.`;

export async function openBrowser(): Promise<Browser> {
  if (noBrowser) throw new Error(noBrowser);
  const { chromium } = await import("playwright-core");
  // Chromium keeps a few files in the home folder, whatever its profile.
  const home = mkdtempSync(join(tmpdir(), "eqlab-home-"));
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
    env: { ...process.env, HOME: home },
  });
  browser.on("disconnected", () => rmSync(home, { recursive: true, force: true }));
  return browser;
}
