// The answer of a login, on its way to the service.
"use strict";
document.getElementById("answer").submit();
