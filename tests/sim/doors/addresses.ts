// Loopback addresses of one's own, so that tests beside each other may all serve on port 8000.
let given = 0

/** `count` addresses in 127/8 that no other process or call of this one is given. */
export function loopbackAddresses(count: number): readonly string[] {
  const high = 16 + (Math.floor(process.pid / 256) % 200)
  return Array.from({ length: count }, () => `127.${high}.${process.pid % 256}.${1 + (given++ % 250)}`)
}
