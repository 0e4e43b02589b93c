// An ERP for the tests: the npm library soap serves the WSDL that the platform brings. It writes down its port, and then
// one line for each line that it reads: an object that changes how it behaves, answered with what it was asked so far.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const { default: soap } = await import(process.env.LIBRARY);
const { USER, PASSWORD } = process.env;
const wsdl = readFileSync(process.env.WSDL, 'utf8');

// The ERP's clock counts what was changed.
let clock = 1;
let state = { mode: 'well', times: 0, delay: 0 };
const calls = {};
const items = new Map();
const tickets = new Map();

const refuse = (code, text) => {
  throw { Fault: { faultcode: code, faultstring: text, statusCode: 500 } };
};

const known = (headers) => {
  if (!USER) return true;
  const token = headers?.Security?.UsernameToken ?? {};
  const text = (field) => field?.$value ?? field ?? '';
  const digest = createHash('sha1');
  digest.update(Buffer.from(text(token.Nonce), 'base64')).update(text(token.Created)).update(PASSWORD);
  return text(token.Username) === USER && text(token.Password) === digest.digest('base64');
};

const page = (args, fields) => {
  const since = Number(args.since ?? 0);
  const changed = [...items.values()].filter((item) => item.changed > since && fields.some((name) => name in item));
  const [size, from] = [Number(args.pageSize), (Number(args.page) - 1) * Number(args.pageSize)];
  const shown = changed.slice(from, from + size).map((item) =>
    Object.fromEntries(['sku', ...fields].filter((name) => name in item).map((name) => [name, item[name]])));
  return { asOf: String(clock), more: from + size < changed.length, item: shown };
};

const PRODUCT = ['name', 'description', 'price', 'currency', 'weightGrams', 'barcode'];
const LEVEL = ['quantity'];

const operation = (name, answer) => (args, done, headers) => {
  calls[name] = (calls[name] ?? 0) + 1;
  if (!known(headers)) refuse('wsse:FailedAuthentication', 'Who are you?');
  if (state.mode === 'fault') refuse('soap:Server', 'The books are being closed; come back later.');
  if (state.mode === 'client') refuse('soap:Client', 'This page was never printed.');
  setTimeout(() => done(answer(args ?? {})), state.delay);
};

const service = { Erp: { Erp: {
  GetProducts: operation('GetProducts', (args) => page(args, PRODUCT)),
  GetInventory: operation('GetInventory', (args) => page(args, LEVEL)),
  RequestExport: operation('RequestExport', (args) => {
    const ticket = `T${tickets.size + 1}`;
    tickets.set(ticket, { polls: 0, answer: page(args, args.what === 'products' ? PRODUCT : LEVEL) });
    return { ticket };
  }),
  GetExport: operation('GetExport', ({ ticket }) => {
    const ordered = tickets.get(ticket);
    ordered.polls += 1;
    return ordered.polls < 3 ? { state: 'pending' } : { state: 'ready', ...ordered.answer };
  }),
} } };

// What no library would send.
const raw = {
  laughs: () => `<!DOCTYPE l [<!ENTITY a "ha">${[...'bcdefghij'].map((to, n) => `<!ENTITY ${to} "${`&${'abcdefghij'[n]};`.repeat(10)}">`).join('')}]><l>&j;</l>`,
  file: () => '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  deep: () => '<a>'.repeat(1_000_000),
  large: () => `<a>${'x'.repeat(50 * 1024 * 1024)}</a>`,
  html: () => '<html><body>Welcome<br></body></html>',
};

const server = createServer();
const ready = new Promise((resolve) => { soap.listen(server, { path: '/erp', services: service, xml: wsdl, callback: resolve }); });
server.listen(0, '127.0.0.1', async () => {
  await ready;
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { mode } = state;
    if (state.times > 0 && (state.times -= 1) === 0) state.mode = 'well';
    if (mode === 'hang') return;
    if (mode === 'cut') {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-length': 5000 });
      response.write('<?xml version="1.0"?><s:Envelope', () => response.destroy());
      return;
    }
    if (raw[mode]) {
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(raw[mode]());
      return;
    }
    for (const listener of listeners) listener.call(server, request, response);
  });
  console.log(JSON.stringify(server.address().port));
});

createInterface({ input: process.stdin }).on('line', (line) => {
  const { put, ...rest } = JSON.parse(line);
  if (put) clock += 1;
  for (const item of put ?? []) items.set(item.sku, { ...items.get(item.sku), ...item, changed: clock });
  state = { ...state, ...rest };
  console.log(JSON.stringify(calls));
}).on('close', () => process.exit());
