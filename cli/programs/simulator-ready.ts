import { z } from "zod";

/** A URL that leads to a program on this machine. */
export const loopbackUrl = z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ });

/** What the simulator says when it is ready; holds secrets. */
export const simulatorReadySchema = z.object({
  event: z.literal("ready"),
  url: loopbackUrl,
  teamsWebhookUrl: loopbackUrl,
  identityEndpoint: loopbackUrl,
  identityHeader: z.string().min(1),
  eventGridTopicEndpoint: loopbackUrl,
  eventGridTopicKey: z.string().min(1),
});

export type SimulatorReady = z.infer<typeof simulatorReadySchema>;
