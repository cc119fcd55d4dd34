// Parses each script given as ECMAScript 2015, what WebViews of 2016 read; prints JSON: what could not be parsed.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { parse } = createRequire(join(process.cwd(), "package.json"))("acorn");
const found = process.argv.slice(2).flatMap((file) => {
  try {
    parse(readFileSync(file, "utf-8"), { ecmaVersion: 6 });
    return [];
  } catch (error) {
    return [`${file}: ${error.message}`];
  }
});
console.log(JSON.stringify(found));
