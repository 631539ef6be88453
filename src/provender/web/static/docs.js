// Shows the description that the page names.
"use strict";

const place = document.getElementById("docs");

window.ui = SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  supportedSubmitMethods: ["get", "post"],
  validatorUrl: null,
});
