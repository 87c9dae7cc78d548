/** Chromium for the tests that look at pages: Debian's, or the one that $CHROMIUM names. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why a test of a page is skipped; in continuous integration none is: a missing browser fails there. */
export const skip =
  existsSync(executablePath) || process.env.CI
    ? false
    : `No browser at ${executablePath}: install chromium, or say in $CHROMIUM where one is.`;

export async function openBrowser(): Promise<Browser> {
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

/** A page that reaches nothing but this machine, and the addresses that it tried in vain, errors included. */
export async function offlinePage(browser: Browser, width: number): Promise<{ page: Page; trouble: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const trouble: string[] = [];
  const local = (url: URL) => url.protocol === "file:" || url.protocol === "data:" || url.hostname === "127.0.0.1";
  await context.route(
    (url) => !local(url),
    (route) => route.abort(),
  );
  const page = await context.newPage();
  page.on("requestfailed", (request) => trouble.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("pageerror", (error) => trouble.push(error.message));
  return { page, trouble };
}
