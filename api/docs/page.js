"use strict";
// Renders /openapi.json. Text goes in as text, never as markup.
const make = (tag, text, ...children) => {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  node.append(...children);
  return node;
};

const nameOf = (reference) => reference.split("/").pop();

const shape = (schema) => {
  if (!schema) return "";
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.anyOf || schema.oneOf || schema.allOf) return (schema.anyOf || schema.oneOf || schema.allOf).map(shape).join(" | ");
  const type = [].concat(schema.type || "any").join(" | ");
  if (schema.items) return `[${shape(schema.items)}]`;
  if (schema.additionalProperties && schema.additionalProperties !== true) return `{name: ${shape(schema.additionalProperties)}}`;
  const limits = [];
  if (schema.minimum !== undefined || schema.maximum !== undefined) limits.push(`${schema.minimum ?? ""}–${schema.maximum ?? ""}`);
  if (schema.maxLength) limits.push(`at most ${schema.maxLength} characters`);
  if (schema.format) limits.push(schema.format);
  return limits.length ? `${type} (${limits.join(", ")})` : type;
};

const table = (head, rows) => {
  const body = rows.map((row) => make("tr", "", ...row.map((cell) => make("td", cell))));
  return make("table", "", make("tr", "", ...head.map((cell) => make("th", cell))), ...body);
};

const fieldsOf = (schema) =>
  Object.entries(schema.properties || {}).map(([name, field]) => [
    name + ((schema.required || []).includes(name) ? "" : "?"), shape(field), field.description || "",
  ]);

const operation = (path, method, said, api) => {
  const box = make("details", "", make("summary", "", make("b", method.toUpperCase()), make("code", path), ` ${said.summary || ""}`));
  if (said.description) box.append(make("p", said.description));
  const parameters = (said.parameters || []).map((one) => (one.$ref ? api.components.parameters[nameOf(one.$ref)] : one));
  if (parameters.length) {
    box.append(table(["parameter", "in", "form"], parameters.map((one) => [one.name, one.in, shape(one.schema)])));
  }
  for (const [type, content] of Object.entries((said.requestBody || {}).content || {})) {
    box.append(make("p", `Body: ${type}, ${shape(content.schema)}`));
  }
  const answers = Object.entries(said.responses).map(([status, answer]) => {
    const told = answer.$ref ? api.components.responses[nameOf(answer.$ref)] : answer;
    const forms = Object.values(told.content || {}).map((content) => shape(content.schema));
    return [status, told.description || "", forms.join(", ")];
  });
  box.append(table(["answer", "", "form"], answers));
  return box;
};

const show = (api) => {
  const root = document.getElementById("api");
  root.replaceChildren(make("h1", `${api.info.title} ${api.info.version}`), make("p", api.info.description || ""));
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, said] of Object.entries(methods)) {
      const group = (said.tags || ["other"])[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(operation(path, method, said, api));
    }
  }
  for (const [group, boxes] of groups) root.append(make("h2", group.replaceAll("_", " ")), ...boxes);
  root.append(make("h2", "forms"));
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    const box = make("details", "", make("summary", "", make("code", name)));
    if (schema.description) box.append(make("p", schema.description));
    box.append(table(["field", "form", ""], fieldsOf(schema)));
    root.append(box);
  }
};

fetch("/openapi.json").then((answer) => answer.json()).then(show);
