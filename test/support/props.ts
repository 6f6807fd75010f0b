/** The props of all public constructs, as the compiler sees them. */
import { join } from 'node:path';
import ts from 'typescript';

export interface PropPlace {
  /** `UtmInstanceProps`. */
  readonly props: string;
  /** `blockDevice[].volumeSize`; `[]` stands for the items of a list, `{}` for the values of a map. */
  readonly path: string;
  readonly type: 'number' | 'boolean';
}

const root = join(__dirname, '../..');
/** No prop of a construct is nested deeper. */
const maxDepth = 5;

/** Every number and every boolean that a program may give to a construct, also within lists and objects. */
export function numbersAndBooleans(): PropPlace[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const index = join(root, 'constructs/index.ts');
  const program = ts.createProgram([index], { ...options, types: [] });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(index) as ts.Node) as ts.Symbol;
  return checker.getExportsOfModule(module).flatMap((exported) => {
    if (!exported.name.endsWith('Props')) return [];
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const found = placesIn(checker, checker.getDeclaredTypeOfSymbol(symbol), '', []);
    return [...new Map(found.map((place) => [JSON.stringify(place), place])).values()].map((place) => ({
      props: exported.name,
      ...place,
    }));
  });
}

function placesIn(
  checker: ts.TypeChecker,
  type: ts.Type,
  path: string,
  around: readonly ts.Type[],
): Omit<PropPlace, 'props'>[] {
  if (around.length > maxDepth || around.includes(type)) return [];
  if (type.isUnion()) return type.types.flatMap((each) => placesIn(checker, each, path, around));
  if (type.flags & ts.TypeFlags.NumberLike) return [{ path, type: 'number' }];
  if (type.flags & ts.TypeFlags.BooleanLike) return [{ path, type: 'boolean' }];
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) || isClass(type)) return [];
  const within = (inner: ts.Type, innerPath: string) => placesIn(checker, inner, innerPath, [...around, type]);
  if (checker.isArrayType(type) || checker.isTupleType(type))
    return checker.getTypeArguments(type as ts.TypeReference).flatMap((item) => within(item, `${path}[]`));
  const values = type.getStringIndexType();
  return [
    ...(values ? within(values, `${path}{}`) : []),
    ...type
      .getProperties()
      .flatMap((property) =>
        within(checker.getTypeOfSymbol(property), path === '' ? property.name : `${path}.${property.name}`),
      ),
  ];
}

/** A construct, or a token of cdktf: it speaks for itself. */
const isClass = (type: ts.Type): boolean => type.symbol?.declarations?.some(ts.isClassDeclaration) === true;
