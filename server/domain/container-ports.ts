// Ports of a machine that lead into a container, from docker's words for them: "0.0.0.0:8081->8000/tcp, [::]:8081->8000/tcp".

/** TCP ports, each once, in docker's order. Ranges ("9000-9002->9000-9002/tcp") give their first: a service has one door. */
export function publishedPorts(text: string): number[] {
  const found = [...text.matchAll(/:(\d{1,5})(?:-\d{1,5})?->[\d-]+\/tcp/g)].map(([, port]) => Number(port))
  return [...new Set(found)].filter((port) => port >= 1 && port <= 65_535)
}
