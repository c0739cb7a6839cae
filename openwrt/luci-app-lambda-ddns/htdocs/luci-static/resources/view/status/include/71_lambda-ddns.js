'use strict';
'require baseclass';
'require lambda-ddns.app as app';

/* The box on the overview page. */
return baseclass.extend(app.box);
