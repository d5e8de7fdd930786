test('the toolchain compiles and runs tests', () => expect(1 + 1).toBe(2));
