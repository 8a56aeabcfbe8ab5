"""The room: the verbs of meetings in progress. Each checks, writes, and then announces.

Checks that a race could upset are made inside the store's one writer, in the transaction that writes.
Announcements follow the commit, never inside it.

Each module here is one part of the room. A part holds what it works with and nothing else, so its
constructor says what it knows. ``Room`` puts the parts together; nobody else knows them.
"""

from __future__ import annotations

from kiosk.backups.keeper import Backups
from kiosk.clock import Clock
from kiosk.live.connections import Connections
from kiosk.live.hub import Hub
from kiosk.room.agenda import WALL_OF_ITEM, Agenda
from kiosk.room.casting import Casting
from kiosk.room.comparisons import Comparisons
from kiosk.room.counts import Counts, Progress
from kiosk.room.crowd import Crowd
from kiosk.room.deleting import Deleting
from kiosk.room.disclosure import Disclosure
from kiosk.room.door import MOST_HEADS, MOST_MINUTES, Door
from kiosk.room.homecoming import Homecoming, Kept
from kiosk.room.invitation import Invitation
from kiosk.room.live_bars import LiveBars
from kiosk.room.meetings import Meetings
from kiosk.room.news import News
from kiosk.room.participants import Joined, Participants
from kiosk.room.pictures import Pictures
from kiosk.room.populations import Populations
from kiosk.room.releases import Releases
from kiosk.room.rounds import Rounds
from kiosk.room.sealing import SealedQuestion, Sealing, SealPreview
from kiosk.room.stages import Stages
from kiosk.room.supplements import MOST_AT_ONCE, Supplements
from kiosk.room.watch import Watch
from kiosk.statistics.thresholds import DEFAULTS, Thresholds
from kiosk.store import acts
from kiosk.store.keys import Keys
from kiosk.store.store import Store
from kiosk.sync.courier import Courier
from kiosk.whereabouts import Whereabouts

__all__ = [
    "MOST_AT_ONCE",
    "MOST_HEADS",
    "MOST_MINUTES",
    "WALL_OF_ITEM",
    "Joined",
    "Kept",
    "Progress",
    "Room",
    "SealPreview",
    "SealedQuestion",
]


class Room:
    """Every meeting on this machine, and every verb. What a verb does is told where its part defines it.

    The verbs are the parts' own methods: between a door and a vote nothing stands that only passes it on.
    """

    def __init__(
        self,
        store: Store,
        keys: Keys,
        hub: Hub,
        connections: Connections,
        clock: Clock,
        whereabouts: Whereabouts,
        backups: Backups,
        courier: Courier,
        thresholds: Thresholds = DEFAULTS,
    ) -> None:
        stages = Stages(store, hub)
        counts = Counts(store, connections, stages)
        releases = Releases(store, stages)
        pictures = Pictures(releases, stages, counts, thresholds)
        disclosure = Disclosure(store, stages, counts, pictures, thresholds)
        comparisons = Comparisons(store, stages, releases, disclosure, pictures, thresholds)
        supplements = Supplements(store, keys, stages, counts, disclosure, comparisons, thresholds)
        populations = Populations(store, stages)
        live = LiveBars(store, thresholds)
        news = News(store, hub, connections, clock, stages, counts, pictures, live)
        meetings = Meetings(store, hub, clock, stages)
        door = Door(store, clock, stages)
        crowd = Crowd(store, clock, stages)
        invitation = Invitation(store, whereabouts, stages)
        rounds = Rounds(store, connections, clock, stages, disclosure, news, live, backups)
        agenda = Agenda(store, connections, stages, meetings, rounds, pictures, backups)
        participants = Participants(store, hub, connections, stages, door, crowd)
        casting = Casting(store, keys, stages, news, live)
        sealing = Sealing(store, keys, clock, stages, disclosure, pictures, participants, backups)
        deleting = Deleting(store, keys, hub, clock, stages, participants, backups, courier)
        homecoming = Homecoming(store, clock, stages, courier)
        watch = Watch(store, backups, connections, hub, clock, whereabouts, crowd)

        # Reading
        self.stage = stages.stage
        self.meetings = stages.meetings
        self.meeting_with_code = door.meeting_with_code
        self.acts = lambda: stages.acts
        self.current_meeting = stages.current_meeting
        self.round = stages.round

        # Bringing a meeting in
        self.import_document = meetings.import_document
        self.duplicate = meetings.duplicate
        self.document = meetings.document
        self.choose_meeting = meetings.choose_meeting

        # Letting people in
        self.join_url = invitation.join_url
        self.join_text = invitation.join_text
        self.wifi = invitation.wifi
        self.set_wifi = invitation.set_wifi
        self.join = participants.join
        self.next_respondent = participants.next_respondent
        self.participant = participants.participant
        self.mine = participants.mine
        self.devices = participants.phones
        self.lock = door.lock
        self.count_heads = door.count_heads
        self.change_code = door.change_code
        self.turn_code_every = door.turn_code_every
        self.turn_codes = door.turn_codes
        self.discard_rehearsal = participants.discard_rehearsal

        # From the start to the seal
        self.start = agenda.start
        self.go_to = agenda.go_to
        self.skip = agenda.skip
        self.end = agenda.end
        self.seal = sealing.seal
        self.seal_preview = sealing.preview

        # Asking and answering
        self.open_round = rounds.open_round
        self.cast = casting.cast
        self.cast_later = casting.cast_later
        self.cast_spelt_later = casting.cast_spelt_later
        self.close_round = rounds.close_round
        self.reveal = rounds.reveal
        self.hide = rounds.hide

        # What may be known of the answers
        self.progress = counts.progress
        self.live = live.shown
        self.disclosed = disclosure.disclosed
        self.texts = disclosure.texts
        self.review = disclosure.review
        self.pictures = pictures.of_meeting
        self.groups = comparisons.groups
        self.flows = comparisons.flows
        self.show = comparisons.show
        self.supplement = supplements.add
        self.waiting = supplements.waiting
        self.thresholds = thresholds
        self.compared = comparisons.shown
        self.make_comparison = comparisons.make
        self.compare = comparisons.compare

        # Whom the room is compared with
        self.import_population = populations.import_population
        self.populations = populations.populations
        self.population = populations.population
        self.compared_with = populations.compared_with
        self.choose_population = populations.choose_population
        self.forget_population = populations.forget_population
        self.map_categories = populations.map_categories

        # Afterwards
        self.kept = homecoming.kept
        self.overdue = homecoming.overdue
        self.central = homecoming.central
        self.site = homecoming.site
        self.enrol = homecoming.enrol
        self.pin_central = homecoming.pin
        self.send_home = homecoming.send
        self.bundle_file = homecoming.bundle_file
        self.take_receipt = homecoming.take_receipt
        self.verified_receipt = homecoming.verified_receipt
        self.keep_until = homecoming.keep_until
        self.delete = deleting.delete
        self.deleted = deleting.deleted
        self.when_deleted = deleting.when_deleted

        # News
        self.now = clock.now
        self.presence = news.presence
        self.saving = news.saving
        self.can_save = news.can_save
        self.tell_news = news.tell_news

        # Looking after the machine
        self.look_after = watch.look
        self.troubles = watch.troubles
        self.slept = watch.slept
        self.choose_backup_folder = backups.choose_folder
        self.backup_folder = backups.chosen
        self.backup_report = backups.note_changes

        self._finishing = {"sealed": sealing.finish, "deleted": deleting.finish}
        self._store = store

    def finish_acts(self) -> None:
        """Do what is left of a seal or a deletion that was cut off: the laptop died, the disk was full."""
        for act in acts.unfinished(self._store.reader()):
            self._finishing[act.deed](act.meeting)
