// Sets a value in a file with the documents of the package `yaml`.

const fs = require("node:fs");
const { parseDocument } = require("yaml");

const [file, text] = process.argv.slice(1);
const asked = JSON.parse(text);
const document = parseDocument(fs.readFileSync(file, "utf8"));
if (document.errors.length > 0) throw document.errors[0];
if (asked.name && document.getIn([...asked.path.slice(0, -1), "name"]) !== asked.name) {
  throw new Error("no such image");
}
document.setIn(asked.path, asked.value);
fs.writeFileSync(file, String(document));
