// Reads a write-ahead log before SQLite does. SQLite takes the first frame that does not fit for the end of the log: right for what
// a power cut tore, but damage in the middle would silently take back everything that was told after it.

const headerBytes = 32
const frameHeaderBytes = 24
const magicBigEndian = 0x377f0683
const magicLittleEndian = 0x377f0682

type Sums = readonly [number, number]

/** What is wrong with a log, in words; null when SQLite may read it: every commit that was ever synced is in the part it will take. */
export function faultOfLog(log: Buffer): string | null {
  // Nothing was ever written to it, or a power cut left the space but not the bytes.
  if (log.length < headerBytes || log.subarray(0, headerBytes).every((byte) => byte === 0)) return null
  const magic = log.readUInt32BE(0)
  const bigEndian = magic === magicBigEndian
  if (!bigEndian && magic !== magicLittleEndian) return 'the log beside it is not one of SQLite'
  const header = checksum(log.subarray(0, 24), [0, 0], bigEndian)
  if (header[0] !== log.readUInt32BE(24) || header[1] !== log.readUInt32BE(28)) return 'the beginning of the log beside it is damaged'
  const pageBytes = log.readUInt32BE(8)
  const frameBytes = frameHeaderBytes + pageBytes
  const frames = Math.floor((log.length - headerBytes) / frameBytes)
  const frame = (index: number): Buffer => log.subarray(headerBytes + index * frameBytes, headerBytes + (index + 1) * frameBytes)
  const isOfThisLog = (one: Buffer): boolean => one.compare(log, 16, 24, 8, 16) === 0
  const isCommit = (one: Buffer): boolean => one.readUInt32BE(4) !== 0

  let sums: Sums = header
  let at = 0
  for (; at < frames; at += 1) {
    const one = frame(at)
    const next = checksum(one.subarray(frameHeaderBytes), checksum(one.subarray(0, 8), sums, bigEndian), bigEndian)
    if (!isOfThisLog(one) || next[0] !== one.readUInt32BE(16) || next[1] !== one.readUInt32BE(20)) break
    sums = next
  }
  // Each commit is synced before the next frame is written: a frame after a later commit proves that commit was whole once.
  let committed = false
  for (; at < frames; at += 1) {
    const one = frame(at)
    if (!isOfThisLog(one)) continue
    if (committed) return 'the log beside it is damaged in the middle'
    committed = isCommit(one)
  }
  return null
}

/** SQLite's own sum over pairs of 32-bit words. */
function checksum(bytes: Buffer, [first, second]: Sums, bigEndian: boolean): Sums {
  let [s0, s1] = [first, second]
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    s0 = (s0 + (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + s1) >>> 0
    s1 = (s1 + (bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + s0) >>> 0
  }
  return [s0, s1]
}
