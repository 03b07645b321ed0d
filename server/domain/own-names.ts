// Names that Activity, the audit and the lock give to the owner and to the appliance itself. Nobody else may go by one of them, or a
// program could put its acts into the owner's mouth.

const ownNames: ReadonlySet<string> = new Set(['owner', 'you', 'system', 'spark control', 'the command line'])

/** However it is written: "Owner", " YOU ", full-width letters, more than one space, marks that nobody sees. */
export function isOwnName(name: string): boolean {
  const read = name
    .normalize('NFKC')
    .replaceAll(/\p{C}/gu, '')
    .replaceAll(/[\s._@-]+/g, ' ')
    .trim()
    .toLowerCase()
  return ownNames.has(read)
}
