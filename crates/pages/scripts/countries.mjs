// Writes ../src/countries.json: calling codes and country names in our four languages, sorted as each language sorts.
// Names: CLDR through Node's Intl. Codes: libphonenumber's metadata. Run when CLDR or numbering plans change:
//   npm install --prefix /tmp/countries libphonenumber-js && NODE_PATH=/tmp/countries/node_modules node countries.mjs
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";

const require = createRequire(`${process.env.NODE_PATH ?? "."}/`);
const { getCountries, getCountryCallingCode } = require("libphonenumber-js");

// Countries inside +1 that have one area code of their own: people know it as part of the country's code.
const NORTH_AMERICA = {
  AG: 268, AI: 264, AS: 684, BB: 246, BM: 441, BS: 242, DM: 767, DO: 809, GD: 473, GU: 671, JM: 876, KN: 869,
  KY: 345, LC: 758, MP: 670, MS: 664, PR: 787, SX: 721, TC: 649, TT: 868, VC: 784, VG: 284, VI: 340,
};
// Islands of satellite and research stations that CLDR has no everyday name for.
const LEFT_OUT = new Set(["AC", "TA"]);

const countries = getCountries().filter((iso) => !LEFT_OUT.has(iso));
const codes = Object.fromEntries(
  countries.sort().map((iso) => [iso, `${getCountryCallingCode(iso)}${NORTH_AMERICA[iso] ?? ""}`]),
);
const names = (lang) => {
  const display = new Intl.DisplayNames([lang], { type: "region" });
  const order = new Intl.Collator(lang);
  return countries.map((iso) => [iso, display.of(iso)]).sort((a, b) => order.compare(a[1], b[1]));
};
const lists = Object.fromEntries(["nl", "fr", "de", "en"].map((lang) => [lang, names(lang)]));
writeFileSync(new URL("../src/countries.json", import.meta.url), `${JSON.stringify({ codes, ...lists }, null, 0)}\n`);
