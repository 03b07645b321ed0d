// Headers that speak of one connection only and never travel on (RFC 9110 7.6.1). The edge and the way to the engine both drop them.

export const hopHeaders: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
