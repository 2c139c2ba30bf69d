import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Interaction } from '../state/model.ts';

/** An interaction as its person sees it. */
export const interactionView = (interaction: Interaction): JsonObject => ({
  id: interaction.id,
  type: interaction.type,
  user: interaction.user.id,
  guild: interaction.guild?.id ?? null,
  channel: interaction.channel.id,
  ...(interaction.name === null ? {} : { name: interaction.name }),
  ...(interaction.customId === null ? {} : { customId: interaction.customId }),
  state: interaction.state,
  ackMs: interaction.ackMs,
  ...(interaction.reason ? { reason: interaction.reason } : {}),
  ...(interaction.original ? { message: interaction.original.id } : {}),
  ...(interaction.modal ? { modal: interaction.modal } : {}),
});

export function theInteraction(core: Core, id: string, status = 400): Interaction {
  const interaction = core.interactions.get(id);
  if (!interaction) throw new ControlError(`There is no interaction ${id}.`, status);
  return interaction;
}

/** Waits until an interaction is no longer pending. */
export function settled(core: Core, interaction: Interaction): Promise<Interaction> {
  if (interaction.state !== 'pending') return Promise.resolve(interaction);
  return new Promise((resolve) => {
    const unsubscribe = core.subscribe((change) => {
      if (change.kind !== 'interaction-changed' || change.interaction !== interaction) return;
      unsubscribe();
      resolve(interaction);
    });
  });
}
