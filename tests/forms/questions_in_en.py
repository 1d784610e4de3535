"""Forty questions in English, as people type them: twenty that are hard to answer, twenty that can be answered.

Written before the patterns that are tried on them. Nobody in them exists; mistakes of spelling are meant.
"""

WEAK = (
    "Please check my case.",
    "Is this right?",
    "what do you think about my results",
    "I would like a second opinion please",
    "pls look at my MRI and tell me whats wrong",
    "Can you help my mother?",
    "cancer",
    "Is my doctor wrong?",
    "I have pain in my belly for 3 years now and nobody finds anything. I am so tired of it, please help me",
    "What should I do?",
    "My father was diagnosed with parkinsons last year and we are all very worried about him",
    "Which treatment is best?",
    "do you agree with the diagnosis of the hospital",
    "Do I have MS? Will it get worse? Can I still have children? What should I eat? Should I stop working?",
    "can u review all my files and let me know your opinion thanks",
    "Is there any hope for my son?",
    "I want to know everything about my illness",
    "Can you cure me?",
    "what is wrong with my heart",
    "Am I getting the rigth treatment",
)

GOOD = (
    "I am 61 with narrow arteries in both legs. Is a bypass better than more walking exercise for the next 6 "
    "months?",
    "my daughter is 7 and has epilepsy, two medecines failed. should we try the ketogenic diet before a third "
    "drug?",
    "Is keyhole surgery as safe as open surgery for a kidney tumour of 4 cm in a man of 70 with one kidney?",
    "How likely is it that my hearing comes back without an operation, compared to having the implant this "
    "summer?",
    "They want to start chemotherapy on 12 May for stage 2 colon cancer. How much does it lower the risk of it "
    "coming back for me, compared with just watching?",
    "The biopsy of my thyroid was read as unclear. Should half of the gland come out, or is it safe to repeat the"
    " biopsy in six months?",
    "I have endometriosis and want to get pregnant. Should I have the cysts removed before IVF, or go straight to"
    " IVF?",
    "My husband had a stroke in Febuary. What are the chances that his right arm still improves after 9 months of"
    " therapy, and would botox help?",
    "Do the slides really show melanoma, or could it be a harmless mole? Two labs gave different answers.",
    "I take warfarin since my valve was replaced. can I change to one of the newer tablets or is that to "
    "dangerous",
    "Is it worth to travel for proton therapy for my sons brain tumour, or is normal radiotherapy just as good at"
    " his age?",
    "I am 34 and carry the BRCA1 gene. What would I gain from removing my ovaries now rather than at 40?",
    "After my hip replacement I still limp after 14 months. Is a loose implant likely, and which scan would show "
    "it?",
    "My rheumatologist wants to swap methotrexate for a biologic. What are the risks for somebody who had TB as a"
    " child?",
    "My mum is 84 and frail. If she does not have the aortic valve done, what is likely to happen in the coming "
    "year?",
    "Would a second look at the gene test be useful for my baby, as her fits started at 3 weeks and no cause was "
    "found?",
    "I have prostate cancer, gleason 6, PSA 5.2. Can I wait and be watched, or do I lose a chance if I do not "
    "operate now?",
    "Is there a trial for my kind of sarcoma that I could still join after two lines of chemo?",
    "whether the plate in my wrist should be taken out before I go back to work as a carpenter, and what could go"
    " wrong",
    "My eye doctor offers laser for glaucoma and the other one drops. Which of them protects my sight longer, I "
    "am 49?",
)
