// `make apk`: packages for apk (OpenWrt 25.12 and later) in dist/, on any machine with Node; the same commit gives the
// same bytes. Refuses to package a program that was not built, and what an apk on PATH refuses.
import { readOrder } from "./package/order.ts";
import { apkProduct, writeProducts } from "./package/product.ts";
import { askRealApk } from "./package/real-apk.ts";

writeProducts("make apk", () => readOrder(process.argv.slice(2)).map(apkProduct), askRealApk);
