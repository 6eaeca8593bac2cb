// Reads the documents of a JSON list, and prints the value of `k` of each.

const reader = process.argv[1];

function load(document) {
  if (reader === "js-yaml") return require("js-yaml").load(document);
  return require("yaml").parse(document, { logLevel: "error" });
}

function read(document) {
  try {
    const value = load(document).k;
    return typeof value === "string" ? value : { type: typeof value, value: String(value) };
  } catch (error) {
    return { error: String(error) };
  }
}

const documents = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
process.stdout.write(documents.map((document) => JSON.stringify(read(document)) + "\n").join(""));
