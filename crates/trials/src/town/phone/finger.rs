//! Fingerprint or face of a trial's phone, by `demo::phone::Authenticator`.

use demo::phone::Authenticator;
use protocol::jose::Jws;
use protocol::label::TYP_ANSWER;
use protocol::phone::{Answer, AnswerBody, Decision};
use serde_json::json;

use super::{Phone, Waiting};
use crate::town::{Reply, Town};

impl Phone {
    /// Body of `act/biometrics` that brings a new credential of this phone.
    pub fn new_finger(&mut self, town: &Town) -> serde_json::Value {
        let finger = Authenticator::new(&town.app).unwrap();
        let body = json!({ "on": true, "credential": finger.credential(self.id()) });
        self.finger = Some(finger);
        body
    }

    /// Switches fingerprint or face on, with the code.
    pub async fn finger_on(&mut self, town: &Town, code: &str) -> Reply {
        let body = self.new_finger(town);
        let rid = self.act(town, "biometrics", body).await;
        self.approve_act(town, &rid, code).await
    }

    pub async fn finger_off(&mut self, town: &Town, code: &str) -> Reply {
        let rid = self.act(town, "biometrics", json!({ "on": false })).await;
        self.approve_act(town, &rid, code).await
    }

    /// `answer` signed as one that a finger proves.
    pub fn compose_bio(&mut self, waiting: &Waiting, answer: &Answer) -> AnswerBody {
        let answer = Answer { uv: "bio".into(), ..answer.clone() };
        let m2 = answer.sign(&self.key).unwrap();
        let input = Jws::parse(&m2, TYP_ANSWER).unwrap().input_digest();
        let bio = self.finger.as_mut().unwrap().prove(&input).unwrap();
        AnswerBody { m1: waiting.m1.clone(), m2, pin: None, bio: Some(bio) }
    }

    /// Approves what waits with a finger.
    pub async fn approve_bio(&mut self, town: &Town, number: &str) -> Reply {
        let waiting = self.waiting(town).await;
        let answer = self.say(&waiting, Decision::Approve, number);
        let body = self.compose_bio(&waiting, &answer);
        let reply = self.deliver(town, &body).await;
        self.keep(&body, &reply);
        reply
    }
}
