import { parseUrl } from '@watchpost/shared/parse-url';

/** Where mail is handed over, as SMTP_URL says. */
export interface MailServer {
  host: string;
  port: number;
  /**
   * `from-the-start`: smtps. `required`: smtp, and no mail goes before STARTTLS. `where-offered`: this very machine's server, whose
   * certificate need not be valid. `off`: somebody has asked for that.
   */
  tls: 'from-the-start' | 'required' | 'where-offered' | 'off';
  /** Null: without signing in. */
  login: { user: string; password: string } | null;
}

/** The server of an address such as `smtp://user:password@mail.example.org:587`; else what is wrong with it, without its value. Pure. */
export function parseMailServer(text: string): MailServer | string {
  const url = parseUrl(text);
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') return 'must be an smtp:// or smtps:// URL';
  const tlsOff = url.searchParams.get('tls');
  const isSecure = url.protocol === 'smtps:';
  const isTlsParameterFine = tlsOff === null || (tlsOff === 'off' && !isSecure);
  if ((url.pathname !== '' && url.pathname !== '/') || url.hash !== '' || [...url.searchParams.keys()].some((key) => key !== 'tls'))
    return 'takes nothing behind the host and the port but ?tls=off';
  if (!isTlsParameterFine) return 'takes only ?tls=off, and only with smtp://';
  const login = loginOf(url);
  if (login === 'malformed') return 'has a user name or password that is not percent-encoded (@ is %40, / is %2F, % is %25)';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const plain = tlsOff === 'off' ? 'off' : isThisMachine(host) ? 'where-offered' : 'required';
  return { host, port: Number(url.port || (isSecure ? 465 : 587)), tls: isSecure ? 'from-the-start' : plain, login };
}

/** What goes there travels over no network. */
const isThisMachine = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

function loginOf({ username, password }: URL): MailServer['login'] | 'malformed' {
  if (username === '' && password === '') return null;
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return 'malformed';
  }
}
