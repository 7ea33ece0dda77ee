// The packaged Swagger UI reads OpenAPI 3.0 only; /openapi.json is the same document in 3.1.
SwaggerUIBundle({
  url: "/docs/openapi-3.0.json",
  dom_id: "#interface",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
