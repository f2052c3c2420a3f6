package org.dmsc.tenant.directory;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.dmsc.schemas.avro.AgentEndpoint;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.FormerCard;
import org.dmsc.schemas.avro.SkillRecord;
import org.jspecify.annotations.Nullable;

/**
 * A registration whose texts (card and former cards, name, description, url, skills, how it is called) are kept deflated and read each time they are asked for, in some 20 µs: a
 * hundred thousand cards as objects are half a gigabyte. What deciding needs is at hand. Immutable although its class is not: nobody MUST
 * call a setter.
 *
 * <p>{@code AgentRegistration.newBuilder(this)} does not see the packed fields; whoever copies one sets them, or the copy is not built. As
 * with all Avro classes it equals objects of its own class only.
 */
final class PackedRegistration extends AgentRegistration {

    private static final long serialVersionUID = 1L;

    /** By their places; all others are at hand. */
    private static final BitSet PACKED =
            places("cardJson", "name", "description", "url", "skills", "plainCall", "endpoint", "formerCards");

    private final transient byte[] packed;
    private final transient String[] ids;
    private final transient boolean[] idempotent;
    private final transient RegistrationPacking packing;

    PackedRegistration(AgentRegistration plain, byte[] packed, RegistrationPacking packing) {
        for (Schema.Field field : getClassSchema().getFields()) {
            if (!isPacked(field.pos())) {
                put(field.pos(), shared(plain.get(field.pos())));
            }
        }
        this.packed = packed;
        this.packing = packing;
        List<SkillRecord> skills = plain.getSkills();
        this.ids = skills.stream().map(skill -> skill.getId().intern()).toArray(String[]::new);
        this.idempotent = new boolean[ids.length];
        for (int i = 0; i < ids.length; i++) {
            idempotent[i] = skills.get(i).getIdempotent();
        }
    }

    private static @Nullable Object shared(@Nullable Object value) {
        return value instanceof String text ? text.intern() : value;
    }

    /** The skill with this id: what deciding needs of it, without its texts. */
    Optional<SkillRecord> offered(String id) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i].equals(id)) {
                return Optional.of(new SkillRecord(ids[i], ids[i], "", List.of(), List.of(), idempotent[i]));
            }
        }
        return Optional.empty();
    }

    Optional<SkillRecord> only() {
        return ids.length == 1 ? offered(ids[0]) : Optional.empty();
    }

    boolean isPackedLike(byte[] bytes) {
        return Arrays.equals(packed, bytes);
    }

    /** The registration with its texts at hand, for those who read several of them. */
    static AgentRegistration whole(AgentRegistration registration) {
        return registration instanceof PackedRegistration packed ? packed.whole() : registration;
    }

    private AgentRegistration whole() {
        return packing.unpack(packed);
    }

    @Override
    public String getCardJson() {
        return whole().getCardJson();
    }

    @Override
    public String getName() {
        return whole().getName();
    }

    @Override
    public @Nullable String getUrl() {
        return whole().getUrl();
    }

    @Override
    public @Nullable String getPlainCall() {
        return whole().getPlainCall();
    }

    @Override
    public @Nullable AgentEndpoint getEndpoint() {
        return whole().getEndpoint();
    }

    @Override
    public List<FormerCard> getFormerCards() {
        return whole().getFormerCards();
    }

    @Override
    public String getDescription() {
        return whole().getDescription();
    }

    @Override
    public List<SkillRecord> getSkills() {
        return whole().getSkills();
    }

    @Override
    public Object get(int field) {
        return isPacked(field) ? whole().get(field) : super.get(field);
    }

    private static boolean isPacked(int field) {
        return PACKED.get(field);
    }

    private static BitSet places(String... fields) {
        BitSet places = new BitSet();
        for (String field : fields) {
            places.set(getClassSchema().getField(field).pos());
        }
        return places;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof PackedRegistration that
                        ? Arrays.equals(packed, that.packed)
                        : super.equals(other));
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
