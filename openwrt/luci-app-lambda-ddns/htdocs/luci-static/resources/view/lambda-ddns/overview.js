'use strict';
'require view';
'require lambda-ddns.app as app';

/* The page under Services. */
return view.extend(app.page);
