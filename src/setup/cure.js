// What to do about a failed download: told from the words of the error, for npm and pip alike.

/** What an error's text gives away, and the cure; the first that fits is taken. @type {[RegExp, string][]} */
const cures = [
  [
    /ENOSPC|No space left/i,
    "The disk is full: the project needs about 2 GB and its cache 1 GB more. Free some and run the same command again.",
  ],
  [/ENOTEMPTY|EBUSY/, "Another program works in node_modules: let it end, then run the same command again."],
  [
    /EACCES|EPERM|Permission denied/i,
    "A file may not be written: the project's folder and the cache must belong to you (chown), or set EQLAB_CACHE to a folder of yours.",
  ],
  [
    /EBADENGINE|EUSAGE|in sync/i,
    "package.json and package-lock.json do not fit together: take both as they are in the repository (git checkout package.json package-lock.json).",
  ],
  [
    /CERT|SSL|certificate/i,
    "The network replaces certificates: give its own one in NODE_EXTRA_CA_CERTS (npm) and PIP_CERT (pip).",
  ],
];

/**
 * @param {string} client "npm" or "pip"
 * @param {string} ask the command that shows where the client looks
 * @returns {(error: unknown) => string}
 */
export function cureDownload(client, ask) {
  return (error) => {
    const text = String(error instanceof Error ? error.message : error);
    for (const [sign, cure] of cures) if (sign.test(text)) return cure;
    return `Look whether ${client} reaches its registry (${ask}; behind a proxy set HTTPS_PROXY), then run the same command again: what is done stays done. Without network see "Offline" in environment.md.`;
  };
}
