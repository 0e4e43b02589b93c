// A program of somebody else's, written against the client that their generator made of our document: it finds a product,
// puts it into a cart, orders it and reads the order as staff do. Whatever does not fit the document does not compile.
import dns from "node:dns";
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const base = process.env.GALLERIA_BASE!;
const key = process.env.GALLERIA_KEY!;
// Not every machine resolves names below localhost; all of them are this machine.
type Told = (error: null, addresses: { address: string; family: number }[]) => void;
Object.assign(dns, { lookup: (_: string, __: unknown, told: Told) => told(null, [{ address: "127.0.0.1", family: 4 }]) });

const visitor = createClient<paths>({ baseUrl: base });
const staff = createClient<paths>({ baseUrl: base, headers: { authorization: `Bearer ${key}` } });

function is<T>(what: string, value: T | undefined | null, problem?: unknown): T {
  if (value === undefined || value === null) throw new Error(`${what}: ${JSON.stringify(problem)}`);
  return value;
}

const made = await staff.POST("/api/v1/products", {
  body: { title: "Lamp", variants: [{ sku: "TS-1", price: 1999, stock: 5 }] },
});
const product = is("made", made.data, made.error);

const shown = await visitor.GET("/api/v1/products/{id}", { params: { path: { id: product.id } } });
const variant = is("shown", shown.data, shown.error).variants[0]!;
const since: string = is("shown", shown.data).created_at;
if (Number.isNaN(Date.parse(since))) throw new Error(`not a moment: ${since}`);

const patched = await staff.PATCH("/api/v1/products/{id}", {
  params: { path: { id: product.id } },
  body: { title: "Desk lamp" },
});
is("patched", patched.data, patched.error);

const opened = await visitor.POST("/api/v1/carts", { body: { lines: [{ sku: variant.sku, quantity: 2 }] } });
const cart = is("cart", opened.data, opened.error);
if (cart.lines[0]?.title !== "Desk lamp") throw new Error(`the cart says ${cart.lines[0]?.title}`);

const ordered = await staff.POST("/api/v1/orders", {
  params: { header: { "Idempotency-Key": "journey" } },
  body: {
    customer: { name: "Ada Lovelace", email: "ada@example.com" },
    shipping_address: { line1: "1 Quay", city: "Cork", postal_code: "T12 X70A", country: "IE" },
    lines: [{ sku: variant.sku, quantity: 2 }],
  },
});
const order = is("order", ordered.data, ordered.error);

const listed = await staff.GET("/api/v1/orders", { params: { query: { limit: 1 } } });
if (listed.data?.items[0]?.id !== order.id) throw new Error("the order is not in the list");

const refused = await visitor.GET("/api/v1/orders", {});
if (refused.error?.code !== "sign_in_needed") throw new Error(`not refused: ${JSON.stringify(refused.error)}`);
console.log(`ordered ${order.number}`);
