// Writes the pages that a documentation site shows of an OpenAPI document, through the site's own converter.
// Usage: node dialects.mjs FOLDER_WITH_NODE_MODULES DOCUMENT.json OUT
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, file, out] = process.argv.slice(2);
const from = (...parts) => import(pathToFileURL(path.join(modules, "node_modules", ...parts)).href);
const openapi = (name) => from("@mintlify", "validation", "dist", "openapi", name);
const yaml = await from("js-yaml", "dist", "js-yaml.mjs");
const { OpenApiToIncrementalEndpointConverter } = await openapi("OpenApiToEndpointConverter.js");
const { stripComponents } = await openapi("stripComponents.js");
const { openApiToSchemaGraph } = await openapi("v2/openApiToSchemaGraph.js");
const { schemaGraphToOpenApi } = await openapi("v2/schemaGraphToOpenApi.js");

const read = () => JSON.parse(fs.readFileSync(file, "utf8"));
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const source = read();
const raw = read(); // shared by all operations, as on a site: the converter leaves its marks in it

function target(reference) {
  const tokens = reference.slice(2).split("/").map((token) => token.replace(/~1/g, "/").replace(/~0/g, "~"));
  return tokens.reduce((value, token) => value?.[token], source);
}

// Only examples are made of the resolved operation, so references may end after a few steps.
function resolved(value, seen = []) {
  if (Array.isArray(value)) return value.map((item) => resolved(item, seen));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.$ref === "string" && value.$ref.startsWith("#/")) {
    const { $ref, ...rest } = value;
    if (seen.includes($ref) || seen.length > 5) return {};
    return { ...resolved(target($ref), [...seen, $ref]), ...resolved(rest, seen) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, seen)]));
}

function page(info, operation, block) {
  const quote = operation.description ? `> ${operation.description}\n\n` : "";
  const text = yaml.dump(block, { skipInvalid: true });
  return `# ${operation.summary ?? "null"}\n\n${quote}\n## OpenAPI\n\n\`\`\`\`yaml ${info}\n${text}\n\`\`\`\`\n`;
}

let graph = null; // the converter does not know schemas that are `true` or `false`
try {
  graph = openApiToSchemaGraph({ spec: read(), originalFileLocation: "openapi.json" });
} catch {}
fs.mkdirSync(path.join(out, "expanded"), { recursive: true });
fs.mkdirSync(path.join(out, "standard"), { recursive: true });
let number = 0;
for (const group of ["paths", "webhooks"]) {
  for (const [where, item] of Object.entries(source[group] ?? {})) {
    for (const method of METHODS.filter((name) => item[name])) {
      const name = `${String((number += 1)).padStart(5, "0")}.md`;
      const info = group === "paths" ? `openapi.json ${method} ${where}` : `openapi.json webhook ${where}`;
      const one = { ...source, [group]: { [where]: resolved(item) } };
      const converted = OpenApiToIncrementalEndpointConverter.convert(raw, one, where, method, true);
      const { title, description, ...paths } = converted;
      const components = { schemas: stripComponents(paths, raw) };
      fs.writeFileSync(path.join(out, "expanded", name), page(info, item[method], { paths, components }));
      if (graph && group === "paths") {
        const cut = schemaGraphToOpenApi({ schemaGraphData: graph, targetPath: where, targetMethod: method });
        fs.writeFileSync(path.join(out, "standard", name), page(info, item[method], cut));
      }
    }
  }
}
