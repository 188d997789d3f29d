Deno.test("it boots", () => {});
