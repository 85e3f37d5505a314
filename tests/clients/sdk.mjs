// The official TypeScript SDK against the emulated API: every operation that it has for the organization.
//
// Usage: CLOUDFLARE_BASE_URL=... CLOUDFLARE_API_TOKEN=... node sdk.mjs ACCOUNT_ID FOLDER_OF_NODE_MODULES

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [account_id, folder] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { default: Cloudflare } = require("cloudflare");
const { VERSION: version } = require("cloudflare/version");
const { organizations } = new Cloudflare({ maxRetries: 0, baseURL: process.env.CLOUDFLARE_BASE_URL }).zeroTrust;

const organization = await organizations.list({ account_id });
assert.equal(organization.auth_domain, "widget.cloudflareaccess.com");
assert.equal(organization.session_duration, "12h");
assert.equal(organization.login_design.background_color, "#f4f1ea");

const { auth_domain, name } = organization;
const login_design = { background_color: "#102030", header_text: "Hello" };
const wanted = { account_id, auth_domain, name, session_duration: "8h", is_ui_read_only: true, login_design };
const updated = await organizations.update(wanted);
assert.deepEqual([updated.session_duration, updated.is_ui_read_only], ["8h", true]);
assert.equal((await organizations.list({ account_id })).login_design.header_text, "Hello");

assert.equal((await organizations.doh.get({ account_id })).doh_jwt_duration, "24h");
assert.equal((await organizations.doh.update({ account_id, doh_jwt_duration: "48h" })).doh_jwt_duration, "48h");

const email = "ada@widget.example";
assert.equal(await organizations.revokeUsers({ account_id, email, query_devices: true }), true);

const refusal = async (operation) => {
  const error = await operation.then(() => assert.fail("the request was not refused"), (error) => error);
  return [error.status, error.errors[0].code];
};
assert.deepEqual(await refusal(organizations.create({ account_id, auth_domain: "x.example.com", name: "X" })), [409, 12130]);
assert.deepEqual(await refusal(organizations.update({ account_id, name: "X" })), [400, 11004]);
assert.deepEqual(await refusal(organizations.update({ account_id, auth_domain, is_ui_read_only: {} })), [400, 12062]);
console.log(`cloudflare ${version} for TypeScript: passed`);
