// Lighthouse for each address given: one line of JSON with its scores and what kept a score below 100.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.cwd(), "package.json")); // the folder where npm put the packages
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { default: lighthouse } = await load("lighthouse");
const { launch } = await load("chrome-launcher");
const [chromePath, flags, ...addresses] = process.argv.slice(2);
const chrome = await launch({ chromePath, chromeFlags: JSON.parse(flags) });
try {
  for (const address of addresses) {
    const { lhr } = await lighthouse(address, { port: chrome.port, logLevel: "silent" });
    const scores = Object.values(lhr.categories).map((category) => Math.round(category.score * 100));
    const lost = Object.values(lhr.categories).filter(({ score }) => score < 1).flatMap((category) =>
      category.auditRefs.filter(({ id, weight }) => weight && (lhr.audits[id].score ?? 1) < 1).map(({ id }) => id));
    console.log(JSON.stringify({ address, scores, lost, error: lhr.runtimeError?.message }));
  }
} finally {
  chrome.kill();
}
