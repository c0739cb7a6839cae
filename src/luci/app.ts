// What LuCI loads of this package: the page and the box on the overview, whose own files hand on to here.
import { overviewBox } from "./overview-box.ts";
import { servicesPage } from "./page.ts";

app = baseclass.extend({ page: servicesPage, box: overviewBox() });
