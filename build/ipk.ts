// `make ipk`: packages for opkg in dist/, without OpenWrt's SDK; the same commit gives the same bytes. Refuses to
// package a program that was not built.
import { readOrder } from "./package/order.ts";
import { ipkProduct, writeProducts } from "./package/product.ts";

writeProducts("make ipk", () => readOrder(process.argv.slice(2)).map(ipkProduct));
