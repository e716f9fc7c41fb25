// The HTML report in a real browser: node tests/real/report.mjs REPORT.html CHROMIUM [PICTURES]
//
// Fails on a console message, a request, an overflow at three widths in light and dark, or a violation that axe-core calls
// serious. Needs puppeteer-core and axe-core in the node_modules of the folder MODULES.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(resolve(process.env.MODULES ?? ".", "x.js"));
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [report, chromium, pictures] = process.argv.slice(2);
const url = pathToFileURL(resolve(report)).href;
const faults = [];

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
for (const scheme of ["light", "dark"]) {
    for (const width of [375, 768, 1440]) {
        const page = await browser.newPage();
        const where = `${scheme}, ${width} pixels`;
        page.on("console", (message) => faults.push(`${where}: console: ${message.text()}`));
        page.on("pageerror", (error) => faults.push(`${where}: error: ${error}`));
        page.on("request", (request) => request.url() !== url && faults.push(`${where}: asks for ${request.url()}`));
        await page.setViewport({ width, height: 900 });
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await page.goto(url, { waitUntil: "networkidle0" });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 0) faults.push(`${where}: ${wide} pixels wider than the screen`);
        await page.evaluate(axe);
        const found = await page.evaluate(() => window.axe.run());
        for (const { id, impact, help, nodes } of found.violations) {
            const text = `${where}: ${impact}: ${id}: ${help} (${nodes[0].target} and ${nodes.length - 1} more)`;
            if (["serious", "critical"].includes(impact)) faults.push(text);
            else console.log(text);
        }
        console.log(`${where}: ${found.passes.length} rules of axe-core hold, ${found.violations.length} do not`);
        if (pictures) await page.screenshot({ path: `${pictures}/report-${scheme}-${width}.png` });
        await page.close();
    }
}
await browser.close();
faults.forEach((fault) => console.error(fault));
process.exit(faults.length > 0 ? 1 : 0);
