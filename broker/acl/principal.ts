/** Who is at the other end of a connection, once it is known. */
export type Principal =
  | { readonly kind: 'device'; readonly id: string }
  /** A program of our own that reads what all devices say and answers them. */
  | { readonly kind: 'collector'; readonly id: string };

/** MQTT user name of the collector when it runs as its own process; its password is `$home/service-secret`. */
export const SERVICE_USER = 'collector';
