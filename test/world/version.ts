// The version that the bundle's build writes into the client: imported before it, where the modules run unbuilt.
Object.assign(globalThis, { __VERSION__: "0.0.0-test" });
