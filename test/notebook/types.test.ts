/** What a cell sees of eqlab: its types, as tslab's compiler (TypeScript 5.0, old module resolution) understands them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { ts } from "../../src/notebook/compiler.js";
import { root } from "../../src/notebook/jupyter.js";

/** Says where `any` is found, on the way from an export through parameters, results and members that eqlab declares. */
function findAny(checker: TypeScript.TypeChecker, module: TypeScript.Symbol): string[] {
  const found: string[] = [];
  const seen = new Set<TypeScript.Type>();
  const ours = (symbol: TypeScript.Symbol) =>
    (symbol.declarations ?? []).some((declaration) => declaration.getSourceFile().fileName.includes("/dist/src/"));

  function visit(type: TypeScript.Type, place: string): void {
    if (type.flags & ts.TypeFlags.Any) found.push(place);
    if (seen.has(type)) return;
    seen.add(type);
    if (type.isUnionOrIntersection()) for (const part of type.types) visit(part, place);
    for (const part of checker.getTypeArguments(type as TypeScript.TypeReference) ?? []) visit(part, `${place}<>`);
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
      if (signature.declaration && !signature.declaration.getSourceFile().fileName.includes("/dist/src/")) continue;
      visit(signature.getReturnType(), `${place}()`);
      for (const parameter of signature.parameters) look(parameter, `${place}(${parameter.name})`);
    }
    for (const property of type.getProperties()) {
      const hidden = (property.declarations ?? []).some(
        (declaration) => ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private,
      );
      if (ours(property) && !hidden) look(property, `${place}.${property.name}`);
    }
  }
  function look(symbol: TypeScript.Symbol, place: string): void {
    const [declaration] = symbol.declarations ?? [];
    if (declaration) visit(checker.getTypeOfSymbolAtLocation(symbol, declaration), place);
  }

  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (symbol.flags & ts.SymbolFlags.Value) look(symbol, exported.name);
    if (symbol.flags & ts.SymbolFlags.Type) visit(checker.getDeclaredTypeOfSymbol(symbol), exported.name);
  }
  return found;
}

test("no public type is `any` in a notebook, and none is wrong there", () => {
  const path = join(root, "dist", "src", "index.d.ts");
  const program = ts.createProgram([path], {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.NodeJs,
    target: ts.ScriptTarget.ES2021,
    esModuleInterop: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules", "@types")],
    skipLibCheck: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path);
  const module = file && checker.getSymbolAtLocation(file);
  assert.ok(module);
  assert.ok(checker.getExportsOfModule(module).length > 20);
  assert.deepEqual(findAny(checker, module), []);
  const errors = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.includes("/dist/src/"))
    .flatMap((source) => [...program.getSemanticDiagnostics(source), ...program.getSyntacticDiagnostics(source)]);
  const said = errors.map(
    ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
  );
  assert.deepEqual(said, []);
});
