// Reading a GNU tar that came as an answer: names and bytes, nothing else.

const block = 512

/** Regular files of an archive, by name as it stands there. A cut-off end is left out. */
export function readTar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  let longName: string | null = null
  for (let at = 0; at + block <= archive.length; ) {
    const header = archive.subarray(at, at + block)
    const size = readSize(header.subarray(124, 136))
    const type = String.fromCharCode(header[156] ?? 0)
    const body = archive.subarray(at + block, at + block + size)
    if (header[0] === 0 || body.length < size) break
    at += block + Math.ceil(size / block) * block
    if (type === 'L') {
      longName = readString(body)
      continue
    }
    if (type === '0' || type === '\0') files.set(longName ?? readString(header.subarray(0, 100)), body)
    longName = null
  }
  return files
}

function readString(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}

function readSize(field: Buffer): number {
  const size = Number.parseInt(readString(field).trim(), 8)
  return Number.isNaN(size) ? 0 : size
}
