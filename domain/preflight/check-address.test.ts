import { describe, expect, it } from "vitest";
import { isForbiddenAddress, urlMistake } from "./check-address.ts";

describe("a check's URL", () => {
  it.each([
    "https://orders.example.com/health?deep=1",
    "https://10.0.0.4:8443/",
    "https://localhost/",
    "http://127.0.0.1:8080/",
    "http://localhost:8080/",
    "http://[::1]:8080/",
  ])("may be %s", (url) => {
    expect(urlMistake(url)).toBeNull();
  });

  it.each([
    ["orders", /expected a URL/],
    ["http://orders.example.com/", /expected https/],
    ["ftp://orders.example.com/", /expected https/],
    ["file:///etc/passwd", /expected https/],
    ["https://ada:secret@orders.example.com/", /no user/],
    ["https://169.254.169.254/metadata/instance", /metadata or link-local/],
    ["https://0xa9fea9fe/", /metadata or link-local/],
    ["https://2852039166/", /metadata or link-local/],
    ["https://[fe80::1]/", /metadata or link-local/],
    ["https://[::ffff:169.254.169.254]/", /metadata or link-local/],
    ["https://[64:ff9b::a9fe:a9fe]/", /metadata or link-local/],
    ["https://168.63.129.16/", /metadata or link-local/],
    ["https://0.0.0.0/", /metadata or link-local/],
    ["https://[::]/", /metadata or link-local/],
    ["https://METADATA.google.internal/", /metadata or link-local/],
    ["http://127.0.0.2/", /expected https/],
  ])("may not be %s", (url, mistake) => {
    expect(urlMistake(url)).toMatch(mistake);
  });

  it("may resolve to any address but those", () => {
    expect(["10.0.0.4", "127.0.0.1", "::1", "2001:db8::1", "169.253.0.1"].filter(isForbiddenAddress)).toEqual([]);
  });
});
