import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import { DrydockError, transient } from "../../domain/errors.ts";
import type { CertificateFacts } from "../../domain/preflight/readings.ts";

const HANDSHAKE_MS = 10_000;

/**
 * The certificates that a cluster is reached with: its authority and the client's own as the kubeconfig has them, and the one
 * that the API server shows. Over plain http there are none. Throws DrydockError when the API server shows nothing.
 */
export async function clusterCertificates(config: KubeConfig): Promise<CertificateFacts[]> {
  const cluster = config.getCurrentCluster();
  const url = URL.parse(cluster?.server ?? "");
  if (!cluster || url?.protocol !== "https:") return [];
  const ca = cluster.caData === undefined ? undefined : Buffer.from(cluster.caData, "base64");
  const own = config.getCurrentUser()?.certData;
  return [
    ...(ca ? certificatesIn("certificate of the cluster's authority", ca.toString("utf8")) : []),
    ...(own ? certificatesIn("client certificate of the kubeconfig", Buffer.from(own, "base64").toString("utf8")) : []),
    { what: "certificate of the API server", notAfterMs: await servedUntil(url, cluster.tlsServerName) },
  ];
}

function certificatesIn(what: string, text: string): CertificateFacts[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => ({ what, notAfterMs: Date.parse(new X509Certificate(block).validTo) }));
}

/** Looks at the certificate and at nothing else: no request is sent, so whether it is trusted does not matter. */
function servedUntil(url: URL, serverName: string | undefined): Promise<number> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      servername: serverName ?? (/[a-z]/i.test(host) ? host : ""),
      rejectUnauthorized: false,
      timeout: HANDSHAKE_MS,
    });
    const fail = (why: string) => {
      socket.destroy();
      reject(new DrydockError(transient("Unreachable", `could not see the certificate of the API server: ${why}`)));
    };
    socket.once("timeout", () => fail(`no answer within ${HANDSHAKE_MS / 1000} s`));
    socket.once("error", (error) => fail(error.message));
    socket.once("secureConnect", () => {
      const { valid_to: validTo } = socket.getPeerCertificate();
      socket.destroy();
      resolve(Date.parse(validTo));
    });
  });
}
