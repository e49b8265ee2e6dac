/** A log line for people: time, level, what happened, and the fields that lead further. */
interface Line {
  readonly '@timestamp': string;
  readonly 'log.level': string;
  readonly message: string;
  readonly url?: { readonly full: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly trace?: { readonly id: string };
  readonly event?: { readonly duration?: number };
  readonly user?: { readonly id: string };
  readonly client?: { readonly user: { readonly id: string } };
  readonly error?: { readonly type: string; readonly message: string; readonly stack_trace?: string };
}

export function prettyLine(json: string): string {
  const line = JSON.parse(json) as Line;
  const { error, labels = {}, event, trace, user, client, url } = line;
  const fields = Object.entries({
    url: url?.full,
    client: client?.user.id,
    listener: user?.id,
    ...labels,
    trace: trace?.id,
    ms: event?.duration === undefined ? undefined : (event.duration / 1e6).toFixed(1),
  }).filter(([, value]) => value !== undefined);
  const time = line['@timestamp'].slice(11, 23);
  const reason = error === undefined ? '' : `: ${error.stack_trace ?? `${error.type}: ${error.message}`}`;
  const more = fields.map(([key, value]) => ` ${key}=${value}`).join('');
  return `${time} ${line['log.level'].toUpperCase().padEnd(5)} ${line.message}${reason}${more}\n`;
}
