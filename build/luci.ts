// `make luci`: the page for LuCI as packages for opkg and apk in dist/, and the template for its translators.
import { writeFileSync } from "node:fs";
import { pageOrder } from "./luci/order.ts";
import { markedTexts, TEMPLATE, template } from "./luci/texts.ts";
import { apkProduct, ipkProduct, writeProducts } from "./package/product.ts";

writeProducts("make luci", () => {
  writeFileSync(TEMPLATE, template(markedTexts()));
  const order = pageOrder();
  return [ipkProduct(order), apkProduct(order)];
});
