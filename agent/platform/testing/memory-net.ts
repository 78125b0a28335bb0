import type { Net } from '../../probes/probe.ts';

/**
 * Support for tests: the network of a machine that is only a text (`parseMachine`):
 *
 *     == address 192.168.1.23            (of this machine; once for each)
 *     == answers 192.168.1.1:53 0.4      (a handshake, in ms; what is not here does not answer)
 *     == name broker.example 4 12.5 203.0.113.5   (an answer to a question of that family, in ms)
 *     == broker mqtts://broker.example:8883
 */
export function memoryNet(text: string): { readonly net: Net; readonly broker: string | undefined } {
  const heads = text
    .split(/^== /m)
    .slice(1)
    .map((section) => section.split('\n', 1)[0]!.trim().split(/ +/));
  const of = (kind: string): string[][] => heads.filter(([word]) => word === kind).map((words) => words.slice(1));
  const ms = (value: string | undefined): number => {
    const number = Number(value);
    return Number.isFinite(number) && number >= 0 ? number : 0;
  };
  return {
    broker: of('broker')[0]?.[0],
    net: {
      addresses: () => of('address').flatMap(([address]) => address ?? []),
      handshake: async (address, port) => {
        const found = of('answers').find(([at]) => at === `${address}:${port}`);
        return found === undefined ? undefined : ms(found[1]);
      },
      resolve: async (name, family) => {
        const found = of('name').find(([at, of4or6]) => at === name && of4or6 === String(family));
        return found === undefined ? undefined : { ms: ms(found[2]), addresses: found.slice(3) };
      },
    },
  };
}
