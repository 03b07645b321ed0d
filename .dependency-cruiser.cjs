// The import law of docs/ARCHITECTURE.md, as rules. tests/house/imports.test.ts shows that each can fail.
const layer = (name, from, mayImport, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(server|web|scripts|tests|package)/', pathNot: mayImport },
})
const only = (library, folder) => ({
  name: `only-${folder.replaceAll('/', '-')}-uses-${library.replaceAll(/[^a-z0-9]/g, '-')}`,
  severity: 'error',
  from: { path: '^(server|web)/', pathNot: `^${folder}/` },
  to: { path: `node_modules/${library}/` },
})

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(server|web)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'domain-is-pure', severity: 'error', from: { path: '^server/domain/' }, to: { pathNot: '^server/domain/' } },
    layer('contract-reaches-down-only', '^server/contract/', '^server/(contract|domain)/', 'contract may use zod and domain'),
    layer('app-knows-no-adapter', '^server/app/', '^server/(app|domain|contract|services)/', 'app sees the world through ports'),
    layer(
      'http-knows-no-adapter',
      '^server/http/',
      '^(server/(http|domain|contract|services)/|web/|server/app/(use-cases|[a-z-]+-use|ports|[a-z-]+-ports)\\.ts$)',
      'http calls use cases',
    ),
    layer('web-only-shows', '^web/', '^(web/|server/(domain|contract)/)', 'web draws; it decides nothing'),
    ...['ssh', 'sqlite', 'outbound', 'files', 'system', 'calendar'].map((one) =>
      layer(
        `adapter-${one}-stands-alone`,
        `^server/adapters/${one}/`,
        `^server/(adapters/${one}/|domain/|contract/|app/(ports|[a-z-]+-ports)\\.ts$)`,
        'adapters do not know each other',
      ),
    ),
    {
      name: 'nobody-imports-main',
      severity: 'error',
      from: { path: '^(server|web)/', pathNot: '^server/cli\\.ts$' },
      to: { path: '^server/main\\.ts$' },
    },
    { name: 'product-imports-no-test', severity: 'error', from: { path: '^(server|web)/' }, to: { path: '^(tests|scripts)/' } },
    {
      name: 'simulator-sees-ports-only',
      severity: 'error',
      from: { path: '^tests/sim/(core|doors)/' },
      to: { path: '^server/', pathNot: '^server/(app/(ports|[a-z-]+-ports)\\.ts$|domain/|contract/)' },
    },
    only('ssh2', 'server/adapters/ssh'),
    only('better-sqlite3', 'server/adapters/sqlite'),
    only('undici', 'server/adapters/outbound'),
    only('yaml', 'server/adapters/files'),
    only('pino', 'server/adapters/system'),
    only('croner', 'server/adapters/calendar'),
    {
      name: 'zod-only-in-contract',
      severity: 'error',
      from: { path: '^(server|web)/', pathNot: '^server/(contract|http)/' },
      to: { path: 'node_modules/zod/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^(server|web)/', pathNot: '\\.d\\.ts$|^web/(scripts|vendor)/' },
      to: {},
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
    exclude: { path: '^(dist|docs)/' },
  },
}
