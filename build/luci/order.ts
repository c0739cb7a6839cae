// The page's package: what it is and what it puts on the router.
import { pageContent } from "../package/content.ts";
import type { Order } from "../package/order.ts";
import { readPageRecipe } from "../package/recipe.ts";
import { projectVersion } from "../version.ts";
import { buildScript } from "./scripts.ts";

/** Builds the page and returns its package. Throws where its Makefile has another version than package.json. */
export function pageOrder(): Order {
  const recipe = readPageRecipe();
  const version = projectVersion();
  if (recipe.version !== version) {
    const found = `PKG_VERSION is ${recipe.version}, package.json says ${version}`;
    throw new Error(`openwrt/luci-app-lambda-ddns/Makefile: ${found}`);
  }
  return { recipe, content: pageContent([buildScript("small")]) };
}
