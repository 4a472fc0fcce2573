import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactSecrets } from "./redact-secrets.ts";

describe("redactSecrets", () => {
  it.each([
    ["PGPASSWORD=hunter22 psql", "PGPASSWORD=[redacted] psql"],
    ["password: hunter22", "password: [redacted]"],
    ['{"rows":3,"dbPassword":"a\\"b","next":1}', '{"rows":3,"dbPassword":"[redacted]","next":1}'],
    [
      '{"line":"password=\\"a b\\" {\\"pwd\\":\\"x\\"}"}',
      '{"line":"password=\\"[redacted]\\" {\\"pwd\\":\\"[redacted]\\"}"}',
    ],
    ["client_secret='x y z'", "client_secret='[redacted]'"],
    ["AccountKey=abc==;EndpointSuffix=core", "AccountKey=[redacted];EndpointSuffix=core"],
    ["SharedAccessKey=abc", "SharedAccessKey=[redacted]"],
    ["Authorization: Bearer abcdefgh.ijkl", "Authorization: Bearer [redacted]"],
    ["postgres://app:hunter22@db:5432/orders", "postgres://app:[redacted]@db:5432/orders"],
    ["https://st.blob.core.windows.net/c?sv=1&sig=abc%3D", "https://st.blob.core.windows.net/c?sv=1&sig=[redacted]"],
    ["got eyJhbGciOiJI.eyJzdWIiOiIx.c2ln", "got [redacted]"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nafter", "[redacted]\nafter"],
    ["-----BEGIN PRIVATE KEY-----\nMII", "[redacted]"],
  ])("blackens %s", (text, expected) => {
    expect(redactSecrets(text)).toBe(expected);
  });

  it.each([
    ['{"tokens":12,"token":7}'],
    ["2026-11-20T07:00:00Z 128 rows, 0 passed over"],
    ["keyspace: orders"],
    ["http://orders.shop.svc:8080/healthz answered 200"],
  ])("leaves %s as it is", (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it("blackens what it is told of, wherever it stands, but for what is too short to be told from words", () => {
    expect(redactSecrets("login as s3cr3t! with 12 rows", ["s3cr3t!", "12"])).toBe("login as [redacted] with 12 rows");
  });

  it("keeps JSON that a probe prints readable as JSON, and its other members as they are", () => {
    const words = fc
      .array(fc.constantFrom("password", "=", ":", '"', "'", "\\", "x", " ", "{", "\n"))
      .map((parts) => parts.join(""));
    const name = fc.constantFrom("password", "apiKey", "rows", "newest", "access_token");
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(fc.string(), words, fc.integer(), fc.boolean())), (value) => {
        const read = JSON.parse(redactSecrets(JSON.stringify({ ...value, count: 5 })));
        expect(Object.keys(read)).toEqual([...Object.keys(value), "count"]);
        expect(read.count).toBe(5);
        if (typeof value.password === "string") expect(read.password).toBe("[redacted]");
      }),
      { numRuns: 2_000, examples: [[{ rows: "a\\" }], [{ password: '\\"' }]] },
    );
  });
});
