// An issuer for the tests: oidc-provider, and people whose claims the test chose. It takes a port that is free, writes
// it down when it answers there, and takes new keys for every line that it reads. It ends with the test.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

// Only the port is written where the test reads.
console.info = console.error;
const { default: Provider } = await import(process.env.LIBRARY);
const people = JSON.parse(process.env.PEOPLE);

const key = (...kind) => ({
  ...generateKeyPairSync(...kind).privateKey.export({ format: 'jwk' }), use: 'sig', kid: randomUUID(),
});
const newKeys = () => [
  key('rsa', { modulusLength: 2048 }),
  key('ec', { namedCurve: 'P-256' }),
  key('ec', { namedCurve: 'P-384' }),
  key('ed25519'),
];
const algorithms = ['RS256', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384', 'EdDSA'];

const client = {
  client_secret: 'hush',
  redirect_uris: JSON.parse(process.env.BACK),
  post_logout_redirect_uris: ['https://shop.example/bye'],
  require_auth_time: true,
};

const issuer = (port) => new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: newKeys() },
  enabledJWA: { idTokenSigningAlgValues: algorithms },
  cookies: { keys: [randomUUID()] },
  clients: [
    { ...client, client_id: 'galleria' },
    { ...client, client_id: 'in-body', token_endpoint_auth_method: 'client_secret_post' },
    ...algorithms.map((alg) => ({ ...client, client_id: alg, id_token_signed_response_alg: alg })),
  ],
  conformIdTokenClaims: false,
  claims: {
    openid: ['sub', 'tid', 'hd', 'groups', 'roles'],
    email: ['email', 'email_verified'],
    profile: ['name', 'locale'],
  },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  extraTokenClaims: (_, token) => people[token.accountId],
  formats: {
    customizers: {
      // Tokens for https://shop.example/api?old have expired an hour ago.
      jwt: (_, token, { payload }) => {
        if (new URL(payload.aud).searchParams.has('old')) { payload.iat -= 7200; payload.exp = payload.iat + 3600; }
      },
    },
  },
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      // An audience such as https://shop.example/api?alg=ES256 says how its tokens are signed.
      getResourceServerInfo: (_, resource) => ({
        scope: 'read', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600,
        jwt: { sign: { alg: new URL(resource).searchParams.get('alg') ?? 'RS256' } },
      }),
    },
  },
});

// Whoever asks keeps connections for half a minute; one that is closed while a code travels on it loses the code.
const server = createServer({ keepAliveTimeout: 120_000 });
let answer;
const begin = () => {
  const { port } = server.address();
  answer = issuer(port).callback();
  process.stdout.write(`${port}\n`);
};
server.on('request', (request, response) => answer(request, response));
server.listen(0, '127.0.0.1', begin);
createInterface({ input: process.stdin }).on('line', begin).on('close', () => process.exit());
